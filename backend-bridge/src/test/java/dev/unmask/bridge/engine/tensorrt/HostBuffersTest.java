package dev.unmask.bridge.engine.tensorrt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mockito.InOrder;

class HostBuffersTest {
  private static final long STREAM = 7;

  private final DeviceRuntime device = mock(DeviceRuntime.class);
  private final HostBuffers buffers = new HostBuffers(device, STREAM, 1000);

  @BeforeEach
  void addresses() {
    AtomicLong next = new AtomicLong(100);
    when(device.hostAlloc(anyLong())).thenAnswer(call -> next.getAndIncrement());
  }

  @Test
  void rounded_anySize_isAtMostAQuarterMore() {
    long last = 0;
    for (long bytes = 1; bytes < 20_000; bytes++) {
      long rounded = HostBuffers.rounded(bytes);
      assertTrue(rounded >= bytes, bytes + " to " + rounded);
      assertTrue(rounded <= bytes + bytes / 4 + 1, bytes + " to " + rounded);
      assertTrue(rounded >= last);
      assertEquals(rounded, HostBuffers.rounded(rounded));
      last = rounded;
    }
    assertEquals(1L << 40, HostBuffers.rounded(1L << 40));
  }

  @Test
  void take_afterGive_isTheSameMemoryWithoutACall() {
    long first = buffers.take(200);
    buffers.give(first, 200);
    for (int i = 0; i < 1000; i++) {
      long again = buffers.take(195);
      assertEquals(first, again);
      buffers.give(again, 195);
    }
    verify(device, times(1)).hostAlloc(224);
    verify(device, never()).hostFree(anyLong());
    verify(device, never()).streamSynchronize(anyLong());
  }

  @Test
  void take_beyondTheLimit_freesSpareOnesAfterTheStream() {
    long small = buffers.take(64);
    long large = buffers.take(512);
    buffers.give(small, 64);
    buffers.give(large, 512);
    buffers.give(buffers.take(256), 256);
    assertEquals(64 + 512 + 256, buffers.bytes());
    long taken = buffers.take(640);
    InOrder order = inOrder(device);
    order.verify(device).streamSynchronize(STREAM);
    order.verify(device).hostFree(large);
    order.verify(device).hostAlloc(640);
    verify(device, never()).hostFree(small);
    assertEquals(64 + 256 + 640, buffers.bytes());
    buffers.give(taken, 640);
    buffers.close();
    buffers.close();
    verify(device, times(1)).hostFree(small);
    verify(device, times(1)).hostFree(taken);
    verify(device, times(4)).hostFree(anyLong());
  }

  /** The limit is no promise: who counts positions may round less. */
  @Test
  void take_beyondTheLimitWithNothingSpare_isGiven() {
    buffers.take(900);
    buffers.take(900);
    assertEquals(2 * HostBuffers.rounded(900), buffers.bytes());
  }

  /** Others have taken the machine's memory meanwhile. */
  @Test
  void take_whereMemoryRanOut_freesSpareOnesAndTriesAgain() {
    long small = buffers.take(64);
    long other = buffers.take(128);
    buffers.give(small, 64);
    buffers.give(other, 128);
    doThrow(new DeviceException("hostAlloc", "none", DeviceException.Kind.OUT_OF_MEMORY))
        .doReturn(7L)
        .when(device)
        .hostAlloc(anyLong());
    assertEquals(7, buffers.take(256));
    verify(device).streamSynchronize(STREAM);
    verify(device).hostFree(small);
    verify(device).hostFree(other);
    assertEquals(256, buffers.bytes());
  }

  @Test
  void take_whereMemoryCannotBeHad_countsNothing() {
    doThrow(new DeviceException("hostAlloc", "none", DeviceException.Kind.OUT_OF_MEMORY))
        .when(device)
        .hostAlloc(anyLong());
    Assertions.assertThrows(DeviceException.class, () -> buffers.take(10));
    assertEquals(0, buffers.bytes());
    buffers.close();
    verify(device, never()).hostFree(anyLong());
  }
}
