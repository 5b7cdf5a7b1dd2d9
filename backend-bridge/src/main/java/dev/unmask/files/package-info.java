/**
 * Directories that appear complete or not at all. For whoever writes one: the importer, and
 * commands that leave a report. Any thread, one at a time.
 */
package dev.unmask.files;
