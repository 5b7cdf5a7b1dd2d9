package dev.unmask.bridge.engine.tensorrt;

import static org.bytedeco.tensorrt.global.nvonnxparser.createParser;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.tensorrt.global.nvinfer.DataType;
import org.bytedeco.tensorrt.global.nvinfer.ElementWiseOperation;
import org.bytedeco.tensorrt.global.nvinfer.LayerType;
import org.bytedeco.tensorrt.nvinfer.IAttention;
import org.bytedeco.tensorrt.nvinfer.IAttentionOutputLayer;
import org.bytedeco.tensorrt.nvinfer.IConstantLayer;
import org.bytedeco.tensorrt.nvinfer.IElementWiseLayer;
import org.bytedeco.tensorrt.nvinfer.IKVCacheUpdateLayer;
import org.bytedeco.tensorrt.nvinfer.ILayer;
import org.bytedeco.tensorrt.nvinfer.ILogger;
import org.bytedeco.tensorrt.nvinfer.INetworkDefinition;
import org.bytedeco.tensorrt.nvinfer.ITensor;
import org.bytedeco.tensorrt.nvinfer.Weights;
import org.bytedeco.tensorrt.nvonnxparser.IParser;
import org.bytedeco.tensorrt.nvonnxparser.IParserError;

/** A graph as TensorRT's network; belongs to its builder. One thread. */
final class ParsedNetwork {
  private static final int QUERY = 0;
  private static final int KEY = 1;
  private static final Set<LayerType> WRAPPERS = EnumSet.of(LayerType.kCAST, LayerType.kSHUFFLE);

  private final TensorRtBuilder owner;
  private final INetworkDefinition network;
  private final List<IAttention> attentions = new ArrayList<>();
  private final List<String> cacheUpdates = new ArrayList<>();
  private final Map<String, ILayer> makers = new HashMap<>();

  private ParsedNetwork(TensorRtBuilder owner, INetworkDefinition network) {
    this.owner = owner;
    this.network = network;
    for (int i = 0; i < network.getNbLayers(); i++) {
      ILayer layer = network.getLayer(i);
      LayerType type = layer.getType().intern();
      for (int output = 0; output < layer.getNbOutputs(); output++) {
        makers.put(layer.getOutput(output).getName(), layer);
      }
      if (type == LayerType.kATTENTION_OUTPUT) {
        attentions.add(
            owner.present("getAttention", new IAttentionOutputLayer(layer).getAttention()));
      } else if (type == LayerType.kKVCACHE_UPDATE) {
        cacheUpdates.add(new IKVCacheUpdateLayer(layer).getOutput(0).getName());
      }
    }
  }

  /**
   * Parses a graph; networks are strongly typed, so that the graph says the type of every tensor.
   *
   * @param file model.onnx; its external data lies beside it
   * @throws UnmaskException UNSUPPORTED naming the node that the parser refuses
   */
  static ParsedNetwork parse(TensorRtBuilder owner, Path file) {
    INetworkDefinition network = owner.own("createNetworkV2", owner.builder().createNetworkV2(0));
    IParser parser = owner.own("createParser", createParser(network, TensorRtLog.shared()));
    if (!parser.parseFromFile(file.toString(), ILogger.Severity.kWARNING.value)) {
      throw new UnmaskException(
          ErrorCode.UNSUPPORTED, file + ": TensorRT's parser refuses " + refusal(owner, parser));
    }
    return new ParsedNetwork(owner, network);
  }

  private static String refusal(TensorRtBuilder owner, IParser parser) {
    if (parser.getNbErrors() == 0) {
      return "it: " + owner.log().takeError();
    }
    IParserError error = parser.getError(0);
    return "node "
        + error.nodeName()
        + " ("
        + error.nodeOperator()
        + "): "
        + error.desc().strip().lines().findFirst().orElse("");
  }

  INetworkDefinition network() {
    return network;
  }

  /** The attention of each layer, in the order of the graph. */
  List<IAttention> attentions() {
    return attentions;
  }

  /** The result of each cache update, in the order of the graph. */
  List<String> cacheUpdates() {
    return cacheUpdates;
  }

  /**
   * Holds what the parser made against the model: one masked attention a layer, and two caches
   * updated in place.
   *
   * @throws UnmaskException UNSUPPORTED where the parser made something else
   */
  void check(int layers) {
    if (attentions.size() != layers || cacheUpdates.size() != 2 * layers) {
      throw unexpected(
          attentions.size()
              + " attentions and "
              + cacheUpdates.size()
              + " cache updates of "
              + layers
              + " layers");
    }
    for (IAttention attention : attentions) {
      ITensor mask = attention.getMask();
      if (mask == null || mask.isNull() || mask.getType().intern() != DataType.kBOOL) {
        throw unexpected("an attention without a boolean mask: " + attention.getName());
      }
    }
  }

  private static UnmaskException unexpected(String what) {
    return new UnmaskException(ErrorCode.UNSUPPORTED, "TensorRT's parser made " + what);
  }

  /**
   * Lets TensorRT compute an attention with several kernels where it has no fused one for its
   * shape, type or mask; the default is to fail the build then.
   */
  void makeDecomposable() {
    for (IAttention attention : attentions) {
      owner.require("IAttention.setDecomposable", attention.setDecomposable(true));
      owner.require("IAttention.getDecomposable", attention.getDecomposable());
    }
  }

  /**
   * Takes the scale of 1 out of every attention. The parser multiplies its square root into queries
   * and keys, which is an element-wise layer over the whole cache; nothing is computed otherwise
   * without it, and what has no use any more is dropped by the build.
   *
   * @return how many multiplications are without use now
   */
  int dropUnitScales() {
    int dropped = 0;
    for (IAttention attention : attentions) {
      for (int input : new int[] {QUERY, KEY}) {
        ITensor unscaled = unscaled(attention.getInput(input));
        if (unscaled != null) {
          owner.require("IAttention.setInput", attention.setInput(input, unscaled));
          dropped++;
        }
      }
    }
    return dropped;
  }

  /** What is multiplied by 1 to make a tensor; null where it is made otherwise. */
  private ITensor unscaled(ITensor product) {
    ILayer maker = makers.get(product.getName());
    if (maker == null || maker.getType().intern() != LayerType.kELEMENTWISE) {
      return null;
    }
    boolean multiplies =
        new IElementWiseLayer(maker).getOperation().intern() == ElementWiseOperation.kPROD;
    return multiplies && isOne(maker.getInput(1)) ? maker.getInput(0) : null;
  }

  /** Whether a tensor is the constant 1, made as fp32 and cast or reshaped to what is needed. */
  private boolean isOne(ITensor factor) {
    ILayer maker = makers.get(factor.getName());
    while (maker != null && WRAPPERS.contains(maker.getType().intern())) {
      maker = makers.get(maker.getInput(0).getName());
    }
    if (maker == null || maker.getType().intern() != LayerType.kCONSTANT) {
      return false;
    }
    Weights weights = new IConstantLayer(maker).getWeights();
    return weights.type().intern() == DataType.kFLOAT
        && weights.count() == 1
        && new FloatPointer(weights.values()).get() == 1f;
  }
}
