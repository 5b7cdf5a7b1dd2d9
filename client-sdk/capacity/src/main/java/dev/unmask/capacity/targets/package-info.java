/** What load is put on: servers over the network, and an engine in this process. */
package dev.unmask.capacity.targets;
