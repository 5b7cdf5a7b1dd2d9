/**
 * The HTTP front end, on Netty: the KServe protocol with Triton's extensions, metrics, and routes
 * that others add.
 *
 * <pre>
 * socket -> ConnectionDeadline -> RequestDecoder -> RequestAssembler -> HttpConnection
 *                                                                          |  one request at a time
 *                                                        Router <----------+
 *                        restrictions, methods, shutdown  |
 *              InferEndpoint, GenerateEndpoint, ...  <----+
 *                         | JSON -> tensors
 *              ServedModel.infer -> observer (decode thread) -> HttpExchange -> event loop -> socket
 * </pre>
 *
 * <p>Everything runs on the connection's event loop, but what blocks or takes long, which {@code
 * Workers} run, and observers, which the decode thread calls.
 */
package dev.unmask.server.http;
