package dev.unmask.server.openai;

/**
 * What all parts of one answer have in common.
 *
 * @param id of the answer, with the prefix of its API
 * @param created seconds since 1970
 * @param model the model's name
 * @param systemFingerprint of the server and the model's files
 */
record AnswerIdentity(String id, long created, String model, String systemFingerprint) {}
