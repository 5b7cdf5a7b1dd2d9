/** JMH benchmarks, beside the tests and never among them. Run by {@code it-tests/bench}. */
package dev.unmask.bench;
