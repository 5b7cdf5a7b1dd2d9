/** The page at {@code /} that shows two runs side by side while their blocks fill. */
package dev.unmask.server.page;
