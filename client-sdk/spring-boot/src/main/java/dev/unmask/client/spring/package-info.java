/**
 * An {@link dev.unmask.client.UnmaskClient} as a bean of a Spring Boot application, made from the
 * properties {@code unmask.client.*}. Called by Spring when the application starts.
 */
package dev.unmask.client.spring;
