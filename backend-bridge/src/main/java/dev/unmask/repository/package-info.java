/**
 * Model directories of a Triton model repository: {@code NAME/config.pbtxt} and {@code NAME/1/}
 * with the graph, the tokenizer and {@code unmask.json}. The importer writes them, everything else
 * reads them. Immutable values; any thread.
 */
package dev.unmask.repository;
