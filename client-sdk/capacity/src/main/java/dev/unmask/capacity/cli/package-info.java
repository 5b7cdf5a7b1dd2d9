/** The command {@code unmask capacity}. */
package dev.unmask.capacity.cli;
