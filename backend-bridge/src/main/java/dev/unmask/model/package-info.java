/**
 * One model in memory, whoever serves it: its configuration and settings, its engine, its decode
 * thread and its request layer. The embedded server and the Triton backend both load models here;
 * what is particular to them stays with them.
 */
package dev.unmask.model;
