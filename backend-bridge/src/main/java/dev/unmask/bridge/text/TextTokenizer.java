package dev.unmask.bridge.text;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The tokenizer of a model, made from its {@code tokenizer.json}; works offline. Byte-level BPE
 * only. Thread-safe.
 */
public final class TextTokenizer implements AutoCloseable {
  private final NativeTokenizer full;
  private final NativeTokenizer textOnly;
  private final AddedTokenSplitter splitter;
  private final TokenBytes tokenBytes;
  private final List<AddedToken> addedTokens;
  private final Map<String, Integer> idByContent = new HashMap<>();
  private final int[] prefix;
  private final int[] suffix;

  private TextTokenizer(TokenizerFile file) {
    full = new NativeTokenizer(file.json());
    try {
      textOnly = new NativeTokenizer(file.textOnlyJson());
    } catch (RuntimeException e) {
      full.close();
      throw e;
    }
    addedTokens = List.copyOf(file.addedTokens());
    splitter = new AddedTokenSplitter(addedTokens);
    tokenBytes = new TokenBytes(file);
    addedTokens.forEach(token -> idByContent.put(token.content(), token.id()));
    int[] bare = full.encode("a", false);
    int[] framed = full.encode("a", true);
    int start = indexOf(framed, bare);
    if (start < 0) {
      close();
      throw new UnmaskException(
          ErrorCode.UNSUPPORTED,
          TokenizerFile.FILE_NAME + ": post_processor changes the tokens of the text");
    }
    prefix = Arrays.copyOf(framed, start);
    suffix = Arrays.copyOfRange(framed, start + bare.length, framed.length);
  }

  /**
   * Loads the tokenizer of a version directory; the caller closes it.
   *
   * @param versionDirectory directory that holds {@code tokenizer.json}
   * @throws dev.unmask.scheduler.UnmaskException NOT_FOUND without such a file, INVALID_ARGUMENT
   *     where it does not parse, UNSUPPORTED for a kind of tokenizer other than byte-level BPE
   */
  public static TextTokenizer load(Path versionDirectory) {
    return new TextTokenizer(new TokenizerFile(versionDirectory.resolve(TokenizerFile.FILE_NAME)));
  }

  /**
   * Encodes a trusted text, in which the strings of control tokens mean these tokens.
   *
   * @param addSpecialTokens whether the tokenizer puts its own tokens around, such as a start token
   */
  public int[] encode(String text, boolean addSpecialTokens) {
    return full.encode(text, addSpecialTokens);
  }

  /** Encodes text that someone wrote: whatever it holds, no control token comes of it. */
  public int[] encodeText(String text) {
    return textOnly.encode(text, false);
  }

  /** As {@link #encodeText}, with the tokens around it that the tokenizer itself adds. */
  public int[] encodePlainPrompt(String text) {
    IdList ids = new IdList();
    ids.addAll(prefix);
    ids.addAll(encodeText(text));
    ids.addAll(suffix);
    return ids.toArray();
  }

  /** The tokens that the tokenizer itself puts before a text; most often none or a start token. */
  public int[] startTokens() {
    return prefix.clone();
  }

  /** Decodes token ids. */
  public String decode(int[] ids, boolean skipSpecialTokens) {
    return full.decode(ids, skipSpecialTokens);
  }

  /** A detokenizer for one response. */
  public IncrementalDetokenizer newDetokenizer() {
    return new IncrementalDetokenizer(tokenBytes);
  }

  /** The id of the control token, or other added token, with exactly this text. */
  public OptionalInt tokenId(String token) {
    Integer id = idByContent.get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** Whether decoding skips the token. */
  public boolean isSpecial(int id) {
    return tokenBytes.isSpecial(id);
  }

  /** A copy of the bytes that a token stands for; empty for an id that names no token. */
  public byte[] tokenBytes(int id) {
    return tokenBytes.of(id).clone();
  }

  /** The text of a token alone, control tokens included; U+FFFD where it is no whole character. */
  public String tokenText(int id) {
    return IncrementalDetokenizer.text(tokenBytes.of(id));
  }

  /** Bytes of the longest token. */
  public int longestToken() {
    return tokenBytes.longest();
  }

  /** Ids of all control tokens and other added tokens. */
  public Set<Integer> addedTokenIds() {
    return addedTokens.stream().map(AddedToken::id).collect(Collectors.toUnmodifiableSet());
  }

  List<AddedToken> addedTokens() {
    return addedTokens;
  }

  AddedTokenSplitter splitter() {
    return splitter;
  }

  @Override
  public void close() {
    full.close();
    textOnly.close();
  }

  private static int indexOf(int[] haystack, int[] needle) {
    for (int i = 0; i + needle.length <= haystack.length; i++) {
      if (Arrays.equals(haystack, i, i + needle.length, needle, 0, needle.length)) {
        return i;
      }
    }
    return -1;
  }
}
