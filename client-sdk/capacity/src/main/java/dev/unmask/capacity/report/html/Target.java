package dev.unmask.capacity.report.html;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What was measured.
 *
 * @param name its short name
 * @param description what it is, or nothing
 * @param parameters of its requests
 * @param look in charts
 */
record Target(String name, String description, JsonNode parameters, Look look) {}
