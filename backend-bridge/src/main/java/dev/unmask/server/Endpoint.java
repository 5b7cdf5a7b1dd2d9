package dev.unmask.server;

/**
 * A front end as it is announced.
 *
 * @param service Triton's name for it, such as {@code HTTPService}
 * @param address the host name or address it listens on
 * @param frontEnd what listens there
 */
public record Endpoint(String service, String address, FrontEnd frontEnd) {}
