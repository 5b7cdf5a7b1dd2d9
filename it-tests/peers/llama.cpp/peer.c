/*
 * llama.cpp on the shape of a bundled model, for a comparison of speeds: what it says means nothing,
 * since the weights are random.
 *
 *   peer make FILE HIDDEN LAYERS FEED_FORWARD VOCABULARY   a model of the shape, in fp32
 *   peer quantize FILE RESULT q4_0|q8_0                    as llama-quantize does
 *   peer answers FILE THREADS SECONDS PROMPT ANSWER        tokens/s of answers one after the other
 *   peer passes FILE THREADS ROUNDS CONTEXT                ms a pass over 1 to 32 positions
 *
 * Heads have 64 dimensions. Exits with 1 where llama.cpp refuses.
 */
#include <gguf.h>
#include <llama.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HEAD 64
#define LONGEST 1024

static void require(bool fine, const char *what) {
  if (!fine) {
    fprintf(stderr, "peer: %s\n", what);
    exit(1);
  }
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

/* ---- Models --------------------------------------------------------------------------------- */

/* About normal, with the deviation of a trained matrix. */
static float weight(void) {
  static unsigned long long state = 1;
  float sum = 0;
  for (int i = 0; i < 4; i++) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    sum += (float)(state >> 40) / (1 << 24) - 0.5f;
  }
  return 0.035f * sum;
}

static void add(struct gguf_context *file, struct ggml_context *all, const char *name, int columns, int rows) {
  struct ggml_tensor *tensor =
      rows == 0 ? ggml_new_tensor_1d(all, GGML_TYPE_F32, columns) : ggml_new_tensor_2d(all, GGML_TYPE_F32, columns, rows);
  float *values = ggml_get_data_f32(tensor);
  for (int64_t i = 0; i < ggml_nelements(tensor); i++) {
    values[i] = rows == 0 ? 1 : weight();
  }
  ggml_set_name(tensor, name);
  gguf_add_tensor(file, tensor);
}

static void make(const char *path, int hidden, int layers, int feed_forward, int vocabulary) {
  size_t parameters =
      (size_t)layers * hidden * (4 * hidden + 3 * feed_forward + 2) + (size_t)hidden * (2 * vocabulary + 1);
  struct ggml_init_params memory = {.mem_size = 4 * parameters + (16 << 20)};
  struct ggml_context *all = ggml_init(memory);
  struct gguf_context *file = gguf_init_empty();
  gguf_set_val_str(file, "general.architecture", "llama");
  gguf_set_val_u32(file, "llama.context_length", LONGEST);
  gguf_set_val_u32(file, "llama.embedding_length", hidden);
  gguf_set_val_u32(file, "llama.block_count", layers);
  gguf_set_val_u32(file, "llama.feed_forward_length", feed_forward);
  gguf_set_val_u32(file, "llama.attention.head_count", hidden / HEAD);
  gguf_set_val_f32(file, "llama.attention.layer_norm_rms_epsilon", 1e-5f);
  gguf_set_val_u32(file, "llama.vocab_size", vocabulary);
  gguf_set_val_str(file, "tokenizer.ggml.model", "no_vocab");
  add(file, all, "token_embd.weight", hidden, vocabulary);
  add(file, all, "output_norm.weight", hidden, 0);
  add(file, all, "output.weight", hidden, vocabulary);
  static const char *names[] = {"attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"};
  for (int layer = 0; layer < layers; layer++) {
    char name[64];
    for (int i = 0; i < 7; i++) {
      snprintf(name, sizeof name, "blk.%d.%s.weight", layer, names[i]);
      add(file, all, name, i == 6 ? feed_forward : hidden, i == 4 || i == 5 ? feed_forward : hidden);
    }
    snprintf(name, sizeof name, "blk.%d.attn_norm.weight", layer);
    add(file, all, name, hidden, 0);
    snprintf(name, sizeof name, "blk.%d.ffn_norm.weight", layer);
    add(file, all, name, hidden, 0);
  }
  require(gguf_write_to_file(file, path, false), "the file cannot be written");
}

static void quantize(const char *path, const char *result, const char *type) {
  struct llama_model_quantize_params parameters = llama_model_quantize_default_params();
  parameters.ftype = strcmp(type, "q4_0") == 0 ? LLAMA_FTYPE_MOSTLY_Q4_0 : LLAMA_FTYPE_MOSTLY_Q8_0;
  require(llama_model_quantize(path, result, &parameters) == 0, "the file cannot be quantized");
}

/* ---- Measurements --------------------------------------------------------------------------- */
static struct llama_context *session;
static struct llama_batch batch;
static int vocabulary;
static int length;

static void load(const char *path, int threads) {
  struct llama_model *model = llama_model_load_from_file(path, llama_model_default_params());
  require(model != NULL, "the model cannot be loaded");
  struct llama_context_params parameters = llama_context_default_params();
  parameters.n_ctx = LONGEST;
  parameters.n_threads = parameters.n_threads_batch = threads;
  session = llama_init_from_model(model, parameters);
  require(session != NULL, "there is no context");
  vocabulary = llama_vocab_n_tokens(llama_model_get_vocab(model));
  batch = llama_batch_init(LONGEST, 0, 1);
}

/* A pass over the next positions; candidates are wanted at the last of them or at all. */
static void pass(int count, int first, bool all) {
  batch.n_tokens = count;
  for (int i = 0; i < count; i++) {
    batch.token[i] = (first + i) % vocabulary;
    batch.pos[i] = length + i;
    batch.n_seq_id[i] = 1;
    batch.seq_id[i][0] = 0;
    batch.logits[i] = all || i == count - 1;
  }
  require(llama_decode(session, batch) == 0, "the pass failed");
  llama_synchronize(session);
  length += count;
}

static void truncate_to(int positions) {
  require(llama_memory_seq_rm(llama_get_memory(session), 0, positions, -1), "the cache cannot be cut");
  length = positions;
}

static int likeliest(void) {
  const float *logits = llama_get_logits_ith(session, -1);
  int best = 0;
  for (int i = 1; i < vocabulary; i++) {
    best = logits[i] > logits[best] ? i : best;
  }
  return best;
}

static void answer(int prompt, int tokens) {
  truncate_to(0);
  pass(prompt, 1, false);
  for (int i = 1; i < tokens; i++) {
    pass(1, likeliest(), false);
  }
}

static void answers(double limit, int prompt, int tokens) {
  answer(prompt, tokens);
  double start = seconds();
  int count = 0;
  while (seconds() - start < limit) {
    answer(prompt, tokens);
    count++;
  }
  printf("%.1f\n", count * tokens / (seconds() - start));
}

static int ascending(const void *a, const void *b) {
  double difference = *(const double *)a - *(const double *)b;
  return (difference > 0) - (difference < 0);
}

static void passes(int rounds, int context) {
  static const int counts[] = {1, 4, 8, 16, 32};
  double *millis = malloc(rounds * sizeof *millis);
  pass(context, 1, false);
  for (int i = 0; i < 5; i++) {
    for (int round = -2; round < rounds; round++) {
      double start = seconds();
      pass(counts[i], round + 2, true);
      if (round >= 0) {
        millis[round] = (seconds() - start) * 1e3;
      }
      truncate_to(context);
    }
    qsort(millis, rounds, sizeof *millis, ascending);
    printf("%d %.2f\n", counts[i], millis[rounds / 2]);
  }
}

static void quiet(enum ggml_log_level level, const char *text, void *unused) {
  (void)unused;
  if (level >= GGML_LOG_LEVEL_ERROR && level != GGML_LOG_LEVEL_CONT) {
    fputs(text, stderr);
  }
}

int main(int count, char **arguments) {
  const char *verb = count > 1 ? arguments[1] : "";
  llama_log_set(getenv("PEER_LOG") == NULL ? quiet : NULL, NULL);
  ggml_backend_load_all_from_path(getenv("LLAMA_LIBRARIES"));
  if (strcmp(verb, "make") == 0 && count == 7) {
    make(arguments[2], atoi(arguments[3]), atoi(arguments[4]), atoi(arguments[5]), atoi(arguments[6]));
  } else if (strcmp(verb, "quantize") == 0 && count == 5) {
    quantize(arguments[2], arguments[3], arguments[4]);
  } else if (strcmp(verb, "answers") == 0 && count == 7) {
    load(arguments[2], atoi(arguments[3]));
    answers(atof(arguments[4]), atoi(arguments[5]), atoi(arguments[6]));
  } else if (strcmp(verb, "passes") == 0 && count == 6) {
    load(arguments[2], atoi(arguments[3]));
    passes(atoi(arguments[4]), atoi(arguments[5]));
  } else {
    require(false, "see the head of its source");
  }
  return 0;
}
