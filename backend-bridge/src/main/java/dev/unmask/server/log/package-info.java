/**
 * The log of a server: lines in Triton's formats on standard error or in a file, with levels that
 * can be changed while it runs. Only {@code unmask serve} sets it up.
 */
package dev.unmask.server.log;
