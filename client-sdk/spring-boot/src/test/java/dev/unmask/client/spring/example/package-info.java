/** What a user of the client writes in an application; the README shows the same lines. */
package dev.unmask.client.spring.example;
