/** Figures of runs and of comparisons, with the field's definitions. */
package dev.unmask.capacity.measure;
