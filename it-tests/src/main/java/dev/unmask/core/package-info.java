/**
 * The real Triton core within this process, for tests and measurements: {@code libtritonserver.so}
 * as Maven Central has it, made to load on machines without NVIDIA's software and on older C
 * libraries, and a client of its in-process API. What it needs is built below {@code target/}.
 */
package dev.unmask.core;
