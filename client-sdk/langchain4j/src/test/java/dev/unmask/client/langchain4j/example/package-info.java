/** What a user of the chat models writes; the README shows the same lines. */
package dev.unmask.client.langchain4j.example;
