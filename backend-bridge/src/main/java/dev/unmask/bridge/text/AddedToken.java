package dev.unmask.bridge.text;

/**
 * A token that the tokenizer finds in the text before it splits it into words; control tokens are
 * of this kind. The flags are those of {@code added_tokens} in {@code tokenizer.json}.
 *
 * @param id token id
 * @param content the text that stands for it
 * @param singleWord matches only where no word character touches it
 * @param lstrip swallows white space before it
 * @param rstrip swallows white space after it
 * @param normalized matched after all tokens without this flag
 * @param special skipped when a response is decoded
 */
record AddedToken(
    int id,
    String content,
    boolean singleWord,
    boolean lstrip,
    boolean rstrip,
    boolean normalized,
    boolean special) {}
