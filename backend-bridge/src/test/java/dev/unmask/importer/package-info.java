/** Tests of the importer, and what other tests use of it: a plain runner for imported graphs. */
package dev.unmask.importer;
