package dev.unmask.cli;

import dev.unmask.server.Endpoint;
import dev.unmask.server.InferenceServer;
import dev.unmask.server.MetricsSource;
import java.util.List;

/** Makes the front ends of a server as its command line asks for them. */
interface Endpoints {
  /**
   * The front ends, not started, in the order in which they are to be.
   *
   * @throws dev.unmask.scheduler.UnmaskException INVALID_ARGUMENT naming an option that is wrong
   */
  List<Endpoint> create(InferenceServer server, MetricsSource metrics);
}
