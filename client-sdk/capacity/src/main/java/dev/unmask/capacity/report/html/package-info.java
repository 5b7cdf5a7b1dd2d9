/** The page that a capacity run leaves: figures, charts and tables in one file. */
package dev.unmask.capacity.report.html;
