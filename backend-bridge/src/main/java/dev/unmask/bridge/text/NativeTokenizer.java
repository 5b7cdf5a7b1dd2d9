package dev.unmask.bridge.text;

import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * One tokenizer of the native library. The library is called below its convenience class because
 * that one truncates by default and reports its use over the network. Thread-safe; closing waits
 * for calls in progress.
 */
final class NativeTokenizer implements AutoCloseable {
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private long handle;

  /**
   * @param json contents of a {@code tokenizer.json}
   * @throws UnmaskException INVALID_ARGUMENT where the library refuses it
   */
  NativeTokenizer(String json) {
    NativeLibrary.configure();
    try {
      LibUtils.checkStatus();
      handle = TokenizersLibrary.LIB.createTokenizerFromString(json);
    } catch (LinkageError e) {
      throw new UnmaskException(
          ErrorCode.INTERNAL, "the tokenizer library does not load: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      throw UnmaskException.invalid("tokenizer.json: " + e.getMessage());
    }
    TokenizersLibrary.LIB.disableTruncation(handle);
    TokenizersLibrary.LIB.disablePadding(handle);
  }

  /** Token ids of a text. */
  int[] encode(String text, boolean addSpecialTokens) {
    lock.readLock().lock();
    try {
      long encoding =
          TokenizersLibrary.LIB.encode(open(), Unicode.wellFormed(text), addSpecialTokens);
      try {
        long[] ids = TokenizersLibrary.LIB.getTokenIds(encoding);
        int[] result = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
          result[i] = (int) ids[i];
        }
        return result;
      } finally {
        TokenizersLibrary.LIB.deleteEncoding(encoding);
      }
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Text of token ids. */
  String decode(int[] ids, boolean skipSpecialTokens) {
    long[] wide = new long[ids.length];
    for (int i = 0; i < ids.length; i++) {
      wide[i] = ids[i];
    }
    lock.readLock().lock();
    try {
      return TokenizersLibrary.LIB.decode(open(), wide, skipSpecialTokens);
    } finally {
      lock.readLock().unlock();
    }
  }

  private long open() {
    if (handle == 0) {
      throw new UnmaskException(ErrorCode.UNAVAILABLE, "the tokenizer is closed");
    }
    return handle;
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (handle != 0) {
        TokenizersLibrary.LIB.deleteTokenizer(handle);
        handle = 0;
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
