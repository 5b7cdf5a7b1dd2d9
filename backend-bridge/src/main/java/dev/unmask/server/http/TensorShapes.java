package dev.unmask.server.http;

import dev.unmask.scheduler.UnmaskException;

/** Shapes of tensors whose request gives elements only. */
final class TensorShapes {
  private TensorShapes() {}

  /**
   * The shape of so many elements: fixed dimensions as they are, the innermost free one takes what
   * remains, other free ones are 1.
   *
   * @param dims of the model's metadata, -1 for any size
   * @throws UnmaskException INVALID_ARGUMENT where the elements do not fill such a shape
   */
  static long[] fit(String name, long[] dims, long elements) {
    long[] shape = dims.clone();
    long rest = elements;
    for (long dim : dims) {
      if (dim >= 0) {
        if (dim == 0 || rest % dim != 0) {
          throw unfit(name);
        }
        rest /= dim;
      }
    }
    for (int i = shape.length - 1; i >= 0; i--) {
      if (shape[i] < 0) {
        shape[i] = rest;
        rest = 1;
      }
    }
    if (rest != 1) {
      throw unfit(name);
    }
    return shape;
  }

  private static UnmaskException unfit(String name) {
    return UnmaskException.invalid(
        "The schema can not convert input '" + name + "' to tensor with proper shape");
  }
}
