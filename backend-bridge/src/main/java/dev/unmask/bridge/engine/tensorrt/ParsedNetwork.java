package dev.unmask.bridge.engine.tensorrt;

import static org.bytedeco.tensorrt.global.nvonnxparser.createParser;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.tensorrt.global.nvinfer.DataType;
import org.bytedeco.tensorrt.global.nvinfer.LayerType;
import org.bytedeco.tensorrt.nvinfer.IAttention;
import org.bytedeco.tensorrt.nvinfer.IAttentionOutputLayer;
import org.bytedeco.tensorrt.nvinfer.IKVCacheUpdateLayer;
import org.bytedeco.tensorrt.nvinfer.ILayer;
import org.bytedeco.tensorrt.nvinfer.ILogger;
import org.bytedeco.tensorrt.nvinfer.INetworkDefinition;
import org.bytedeco.tensorrt.nvinfer.ITensor;
import org.bytedeco.tensorrt.nvonnxparser.IParser;
import org.bytedeco.tensorrt.nvonnxparser.IParserError;

/** A graph as TensorRT's network; belongs to its builder. One thread. */
final class ParsedNetwork {
  private final TensorRtBuilder owner;
  private final INetworkDefinition network;
  private final List<IAttention> attentions = new ArrayList<>();
  private final List<String> cacheUpdates = new ArrayList<>();

  private ParsedNetwork(TensorRtBuilder owner, INetworkDefinition network) {
    this.owner = owner;
    this.network = network;
    for (int i = 0; i < network.getNbLayers(); i++) {
      ILayer layer = network.getLayer(i);
      LayerType type = layer.getType().intern();
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
    IParser parser = owner.own("createParser", createParser(network, owner.log()));
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
}
