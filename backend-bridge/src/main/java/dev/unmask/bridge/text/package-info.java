/**
 * Text at the edges: chat template, tokenizer, streaming detokenizer and stop words. Callers turn a
 * prompt into token ids before they submit it and committed token ids into text afterwards; the
 * scheduler and the engines never see text. The tokenizer and the template may be shared between
 * threads; a detokenizer or a stop word matcher belongs to one response.
 */
package dev.unmask.bridge.text;
