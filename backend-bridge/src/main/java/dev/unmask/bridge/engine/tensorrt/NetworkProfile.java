package dev.unmask.bridge.engine.tensorrt;

import dev.unmask.bridge.engine.tensorrt.OnnxModel.Dim;
import dev.unmask.bridge.engine.tensorrt.OnnxModel.Value;
import java.util.List;
import java.util.function.ToIntFunction;
import org.bytedeco.tensorrt.global.nvinfer.OptProfileSelector;
import org.bytedeco.tensorrt.nvinfer.Dims64;
import org.bytedeco.tensorrt.nvinfer.IBuilderConfig;
import org.bytedeco.tensorrt.nvinfer.IOptimizationProfile;

/** Adds an optimisation profile to a configuration: the sizes of every input that has free ones. */
final class NetworkProfile {
  private final TensorRtBuilder owner;
  private final PlanProfile profile;

  private NetworkProfile(TensorRtBuilder owner, PlanProfile profile) {
    this.owner = owner;
    this.profile = profile;
  }

  /**
   * Adds a profile.
   *
   * @param inputs of the graph, with the names of their free dimensions
   * @param index that it is to have
   */
  static void add(
      TensorRtBuilder owner,
      IBuilderConfig config,
      List<Value> inputs,
      PlanProfile profile,
      int index) {
    NetworkProfile sizes = new NetworkProfile(owner, profile);
    IOptimizationProfile made =
        owner.present("createOptimizationProfile", owner.builder().createOptimizationProfile());
    for (Value input : inputs) {
      sizes.set(made, input, OptProfileSelector.kMIN, ShapeRange::min);
      sizes.set(made, input, OptProfileSelector.kOPT, ShapeRange::opt);
      sizes.set(made, input, OptProfileSelector.kMAX, ShapeRange::max);
    }
    owner.require("IOptimizationProfile.isValid of " + profile.name(), made.isValid());
    owner.require(
        "addOptimizationProfile of " + profile.name(),
        config.addOptimizationProfile(made) == index);
  }

  private void set(
      IOptimizationProfile made,
      Value input,
      OptProfileSelector selector,
      ToIntFunction<ShapeRange> end) {
    try (Dims64 dims = new Dims64()) {
      dims.nbDims(input.dims().size());
      for (int axis = 0; axis < input.dims().size(); axis++) {
        Dim dim = input.dim(axis);
        dims.d(axis, dim.isFixed() ? dim.size() : end.applyAsInt(range(dim.symbol())));
      }
      owner.require(
          "IOptimizationProfile.setDimensions of " + input.name() + " in " + profile.name(),
          made.setDimensions(input.name(), selector, dims));
    }
  }

  private ShapeRange range(String symbol) {
    return switch (symbol) {
      case "batch" -> profile.batch();
      case "query" -> profile.query();
      case "rows" -> profile.rows();
      default -> throw new IllegalStateException(symbol);
    };
  }
}
