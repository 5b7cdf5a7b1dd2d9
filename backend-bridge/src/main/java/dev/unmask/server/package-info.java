/**
 * The embedded server: model repository, life cycle, statistics. Front ends live in packages below
 * and know {@link dev.unmask.server.InferenceServer} only.
 */
package dev.unmask.server;
