/**
 * Chat models of LangChain4j that ask a server through {@link dev.unmask.client.UnmaskClient}.
 * Models are immutable and may be used by any thread; listeners and handlers are called where the
 * client calls back.
 */
package dev.unmask.client.langchain4j;
