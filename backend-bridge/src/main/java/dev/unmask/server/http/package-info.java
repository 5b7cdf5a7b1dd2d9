/** The HTTP front end, on Netty. */
package dev.unmask.server.http;
