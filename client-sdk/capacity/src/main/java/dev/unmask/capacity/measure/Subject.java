package dev.unmask.capacity.measure;

import dev.unmask.capacity.load.RequestFactory;
import dev.unmask.capacity.targets.Target;
import java.util.Map;
import java.util.Optional;

/**
 * One side of a measurement.
 *
 * @param name A or B
 * @param target takes the requests
 * @param requests makes them
 * @param parameters what they set, for reports
 * @param metrics of its server; empty where they are not read
 */
public record Subject(
    String name,
    Target target,
    RequestFactory requests,
    Map<String, Object> parameters,
    Optional<ServerMetrics> metrics) {}
