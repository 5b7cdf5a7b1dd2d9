/** JMH benchmarks, beside the tests and never among them. Run by {@code ./unmask bench}. */
package dev.unmask.bench;
