/** The command line: one class per command, thin layers over the packages that do the work. */
package dev.unmask.cli;
