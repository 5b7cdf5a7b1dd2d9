/**
 * The OpenAI-compatible API: {@code /v1/models}, {@code /v1/completions} and {@code
 * /v1/chat/completions}, as routes of the HTTP front end.
 */
package dev.unmask.server.openai;
