package dev.unmask.scheduler;

import dev.unmask.scheduler.parameters.DecodingParameters;
import dev.unmask.scheduler.unmask.Proposals;

/** Makes the decoder that a request's algorithm needs. Single-owner: decoders share scratch. */
final class DecoderFactory {
  private final int maskTokenId;
  private final ActiveBlockLimit activeBlocks;
  private final Openings openings;
  private final Proposals proposals = new Proposals();

  DecoderFactory(int maskTokenId, ActiveBlockLimit activeBlocks, Openings openings) {
    this.maskTokenId = maskTokenId;
    this.activeBlocks = activeBlocks;
    this.openings = openings;
  }

  Decoder create(Sequence sequence) {
    DecodingParameters decoding = sequence.parameters().decoding();
    if (decoding instanceof DecodingParameters.Llada llada) {
      return new LladaDecoder(sequence, proposals, llada, maskTokenId);
    }
    if (decoding instanceof DecodingParameters.FastDllm fast) {
      return new FastDllmDecoder(sequence, proposals, fast);
    }
    if (decoding instanceof DecodingParameters.D2f d2f) {
      return new D2fDecoder(sequence, proposals, d2f, activeBlocks, openings.create(d2f));
    }
    if (decoding instanceof DecodingParameters.BlockDiffusion diffusion) {
      return new BlockDiffusionDecoder(sequence, proposals, diffusion);
    }
    if (decoding instanceof DecodingParameters.Dream dream) {
      return new DreamDecoder(sequence, proposals, dream);
    }
    return new AutoregressiveDecoder(sequence, proposals);
  }
}
