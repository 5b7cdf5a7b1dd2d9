/** What a run leaves: a table, files for other tools, a page. */
package dev.unmask.capacity.report;
