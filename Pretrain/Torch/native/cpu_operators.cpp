// Operators that libtorch 1.13 lacks on a CPU, in float32: AdamW in one pass over memory, a norm that does not depend on the number of
// threads, cross-entropy that turns logits into their gradient, causal attention without a quadratic mask. They register with the
// dispatcher under `dataforge::` and are called like any other operator. Each shares its work out so that every sum is taken in a
// fixed order: the same bytes from run to run, which exact resume rests on.

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>
#include <torch/library.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <tuple>
#include <vector>

// The BLAS that libtorch itself uses; null where it keeps one to itself (pip's builds hold MKL inside).
extern "C" void sgemm_(const char* ta, const char* tb, const int* m, const int* n, const int* k, const float* alpha, const float* a,
                       const int* lda, const float* b, const int* ldb, const float* beta, float* c, const int* ldc)
    __attribute__((weak));

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define DFT_CLONES __attribute__((target_clones("avx512f", "avx2,fma", "default")))
#else
#define DFT_CLONES
#endif

namespace {

constexpr int64_t kGrain = 1 << 16;  // elements a thread takes at a time: 256 KB, within a core's L2

void check_flat(const at::Tensor& t, int64_t count) {
  TORCH_CHECK(t.device().is_cpu() && t.scalar_type() == at::kFloat && t.is_contiguous() && t.numel() == count,
              "a contiguous float32 CPU tensor of ", count, " elements is needed");
}

DFT_CLONES void adamw_range(float* p, const float* g, float* m, float* v, int64_t count, float scale, float shrink, float beta1,
                            float beta2, float rate, float root, float eps) {
  for (int64_t i = 0; i < count; i++) {
    float gradient = g[i] * scale;
    float first = beta1 * m[i] + (1 - beta1) * gradient;
    float second = beta2 * v[i] + (1 - beta2) * gradient * gradient;
    m[i] = first;
    v[i] = second;
    p[i] = p[i] * shrink - rate * first / (std::sqrt(second) * root + eps);
  }
}

// AdamW (Loshchilov & Hutter, https://arxiv.org/abs/1711.05101) in one pass over memory: 28 bytes a parameter instead of about 90.
// The gradient is multiplied by `scale` (the clip factor) on the way. `step` counts from 1.
void adamw_(at::Tensor p, const at::Tensor& g, at::Tensor m, at::Tensor v, double lr, double beta1, double beta2, double eps,
            double decay, double scale, int64_t step) {
  int64_t count = p.numel();
  check_flat(p, count), check_flat(g, count), check_flat(m, count), check_flat(v, count);
  float *pp = p.data_ptr<float>(), *mm = m.data_ptr<float>(), *vv = v.data_ptr<float>();
  const float* gg = g.data_ptr<float>();
  double rate = lr / (1 - std::pow(beta1, step)), root = 1 / std::sqrt(1 - std::pow(beta2, step));
  at::parallel_for(0, count, kGrain, [&](int64_t begin, int64_t end) {
    adamw_range(pp + begin, gg + begin, mm + begin, vv + begin, end - begin, scale, 1 - lr * decay, beta1, beta2, rate, root, eps);
  });
}

DFT_CLONES double squares_range(const float* x, int64_t count) {
  // Sixteen partial sums so that it vectorises without reordering freedom: the same sum on every machine of one instruction set.
  double sums[16] = {0};
  int64_t i = 0;
  for (; i + 16 <= count; i += 16) {
    for (int j = 0; j < 16; j++) sums[j] += static_cast<double>(x[i + j]) * x[i + j];
  }
  double total = 0;
  for (; i < count; i++) total += static_cast<double>(x[i]) * x[i];
  for (int j = 0; j < 16; j++) total += sums[j];
  return total;
}

// The sum of squares in double: chunks of a fixed size, added in order, so that it does not depend on the number of threads.
double sum_of_squares(const at::Tensor& x) {
  check_flat(x, x.numel());
  const float* data = x.data_ptr<float>();
  int64_t count = x.numel(), chunks = (count + kGrain - 1) / kGrain;
  std::vector<double> sums(chunks);
  at::parallel_for(0, chunks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; c++) sums[c] = squares_range(data + c * kGrain, std::min(kGrain, count - c * kGrain));
  });
  double total = 0;
  for (double sum : sums) total += sum;
  return total;
}

// e^x to about 1 ulp for x <= 88 (0 below -87.3): e^x = 2^n e^r with |r| <= ln 2 / 2, e^r by Cephes' polynomial for expf
// (https://www.netlib.org/cephes/). Written so that a compiler vectorises it, which it cannot do with a call into libm.
inline __attribute__((always_inline)) float fast_exp(float x) {
  float clamped = x < -87.3f ? -87.3f : x;
  float n = (clamped * 1.44269504f + 12582912.0f) - 12582912.0f;  // adding 1.5 * 2^23 rounds to the nearest integer
  float r = clamped - n * 0.693359375f + n * 2.12194440e-4f;      // ln 2 in two parts, so that n * ln 2 loses nothing
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  int32_t bits = (static_cast<int32_t>(n) + 127) << 23;
  float power;
  std::memcpy(&power, &bits, 4);
  return x < -87.3f ? 0.0f : p * power;
}

constexpr int kLanes = 16;  // partial results kept apart, so that a reduction vectorises and always adds in the same order

inline __attribute__((always_inline)) float max_of(const float* x, int64_t count) {
  float lanes[kLanes], best = x[0];
  for (float& lane : lanes) lane = best;
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (int j = 0; j < kLanes; j++) lanes[j] = x[i + j] > lanes[j] ? x[i + j] : lanes[j];
  }
  for (; i < count; i++) best = x[i] > best ? x[i] : best;
  for (float lane : lanes) best = lane > best ? lane : best;
  return best;
}

// x becomes e^(x - shift) where `keep`; answers the sum.
inline __attribute__((always_inline)) float exp_sum(float* x, int64_t count, float shift, bool keep) {
  float lanes[kLanes] = {0}, total = 0;
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    float e[kLanes];
    for (int j = 0; j < kLanes; j++) e[j] = fast_exp(x[i + j] - shift);
    for (int j = 0; j < kLanes; j++) lanes[j] += e[j];
    if (keep) std::memcpy(x + i, e, sizeof(e));
  }
  for (; i < count; i++) {
    float e = fast_exp(x[i] - shift);
    total += e;
    if (keep) x[i] = e;
  }
  for (float lane : lanes) total += lane;
  return total;
}

DFT_CLONES double cross_entropy_row(float* x, int64_t count, int64_t target, float scale) {
  float largest = max_of(x, count), chosen = x[target];
  float sum = exp_sum(x, count, largest, scale != 0);
  if (scale != 0) {
    float factor = scale / sum;
    for (int64_t i = 0; i < count; i++) x[i] *= factor;
    x[target] -= scale;
  }
  return std::log(static_cast<double>(sum)) + largest - chosen;
}

// Cross-entropy of logits [N, V] against targets [N] int64: answers the sum over rows. A row whose target is negative does not
// count. Where scale is not 0, each row becomes its gradient in place: scale * (softmax - onehot), or 0 for one that does not count.
double cross_entropy_(at::Tensor logits, const at::Tensor& targets, double scale) {
  int64_t rows = targets.numel(), size = rows > 0 ? logits.numel() / rows : 0;
  check_flat(logits, rows * size);
  TORCH_CHECK(targets.scalar_type() == at::kLong && targets.is_contiguous(), "targets must be contiguous int64");
  float* data = logits.data_ptr<float>();
  const int64_t* target = targets.data_ptr<int64_t>();
  for (int64_t i = 0; i < rows; i++) TORCH_CHECK(target[i] < size, "target ", target[i], " where there are ", size, " classes");
  std::vector<double> losses(rows);
  at::parallel_for(0, rows, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      if (target[i] >= 0) {
        losses[i] = cross_entropy_row(data + i * size, size, target[i], scale);
      } else if (scale != 0) {
        std::fill_n(data + i * size, size, 0.0f);
      }
    }
  });
  double total = 0;
  for (double loss : losses) total += loss;
  return total;
}

DFT_CLONES void add_columns(float* into, const float* from, int64_t count) {
  for (int64_t i = 0; i < count; i++) into[i] += from[i];
}

// grad [V, H] += dy [N, H], row i of dy to row ids[i] of grad. Threads share out the columns, so the order of additions is fixed.
void embedding_backward_(at::Tensor grad, const at::Tensor& ids, const at::Tensor& dy) {
  int64_t rows = ids.numel(), size = grad.size(1), classes = grad.size(0);
  check_flat(grad, classes * size), check_flat(dy, rows * size);
  TORCH_CHECK(ids.scalar_type() == at::kLong && ids.is_contiguous(), "ids must be contiguous int64");
  float* into = grad.data_ptr<float>();
  const float* from = dy.data_ptr<float>();
  const int64_t* id = ids.data_ptr<int64_t>();
  for (int64_t i = 0; i < rows; i++) TORCH_CHECK(id[i] >= 0 && id[i] < classes, "id ", id[i], " where there are ", classes);
  at::parallel_for(0, size, 128, [&](int64_t begin, int64_t end) {
    for (int64_t i = 0; i < rows; i++) add_columns(into + id[i] * size + begin, from + i * size + begin, end - begin);
  });
}

// A row-major matrix in place: rows `stride` apart, or read transposed.
struct Matrix {
  const float* data;
  int64_t stride;
  bool transposed;
};

// c [m, n] = a [m, k] b [k, n] + beta c, all row-major, by one thread.
void multiply(int64_t m, int64_t n, int64_t k, Matrix a, Matrix b, float beta, float* c, int64_t ldc) {
  if (sgemm_ != nullptr) {
    // BLAS counts in columns: it is asked for the transpose, cT = bT aT.
    int mm = m, nn = n, kk = k, lda = a.stride, ldb = b.stride, ldcc = ldc;
    float one = 1;
    sgemm_(b.transposed ? "T" : "N", a.transposed ? "T" : "N", &nn, &mm, &kk, &one, b.data, &ldb, a.data, &lda, &beta, c, &ldcc);
    return;
  }
  auto view = [](Matrix x, int64_t rows, int64_t columns) {
    auto* data = const_cast<float*>(x.data);
    return x.transposed ? at::from_blob(data, {rows, columns}, {1, x.stride}) : at::from_blob(data, {rows, columns}, {x.stride, 1});
  };
  at::Tensor result = at::from_blob(c, {m, n}, {ldc, 1});
  result.addmm_(view(a, m, k), view(b, k, n), beta, 1);
}

// One head of causal attention over T positions, in blocks of queries that meet only the keys they may see. Keys, values and queries
// lie interleaved as one product makes them: row t of kvq holds [k of all heads | v of all heads | q of all heads], so that no copy
// puts them apart. Nothing quadratic in T is kept: the backward pass makes the probabilities again from each row's log-sum-exp, as
// FlashAttention does (Dao et al., https://arxiv.org/abs/2205.14135), but whole rows fit into the cache, so no running softmax.
struct Head {
  static constexpr int64_t kBlock = 64;  // queries: 64 rows of 1024 scores are 256 KB, within a core's L2

  int64_t length, size, row, window;  // T, d, floats from one position to the next in kvq, positions seen (0: all)
  const float *k, *v, *q;

  int64_t first_key(int64_t query) const { return window > 0 ? std::max<int64_t>(0, query - window + 1) : 0; }

  // scores [rows, keys] of the block that begins at `first`; gives the number of keys, the first of which is first_key(first).
  int64_t scores(int64_t first, int64_t rows, float* into) const {
    int64_t from = first_key(first), keys = first + rows - from;
    multiply(rows, keys, size, {q + first * row, row, false}, {k + from * row, row, true}, 0, into, keys);
    return keys;
  }
};

DFT_CLONES float softmax_row(float* x, int64_t begin, int64_t end, int64_t count) {
  float largest = max_of(x + begin, end - begin);
  float sum = exp_sum(x + begin, end - begin, largest, true), factor = 1 / sum;
  std::fill(x, x + begin, 0.0f);
  for (int64_t i = begin; i < end; i++) x[i] *= factor;
  std::fill(x + end, x + count, 0.0f);
  return largest + std::log(sum);
}

// p: scores to probabilities, given their log-sum-exp; dp: gradient of probabilities to that of scores, p (dp - delta).
DFT_CLONES void softmax_row_backward(float* p, float* dp, int64_t begin, int64_t end, int64_t count, float lse, float delta) {
  std::fill(p, p + begin, 0.0f), std::fill(dp, dp + begin, 0.0f);
  for (int64_t i = begin; i < end; i++) {
    p[i] = fast_exp(p[i] - lse);
    dp[i] = p[i] * (dp[i] - delta);
  }
  std::fill(p + end, p + count, 0.0f), std::fill(dp + end, dp + count, 0.0f);
}

DFT_CLONES float dot(const float* a, const float* b, int64_t count) {
  float lanes[kLanes] = {0}, total = 0;
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (int j = 0; j < kLanes; j++) lanes[j] += a[i + j] * b[i + j];
  }
  for (; i < count; i++) total += a[i] * b[i];
  for (float lane : lanes) total += lane;
  return total;
}

struct AttentionShape {
  int64_t batch, length, heads, size, row, window;

  AttentionShape(const at::Tensor& kvq, int64_t batch_, int64_t heads_, int64_t window_) : batch(batch_), heads(heads_), window(window_) {
    TORCH_CHECK(kvq.dim() == 2 && batch > 0 && heads > 0 && window >= 0, "kvq must be [batch * length, 3 * heads * size]");
    length = kvq.size(0) / batch;
    row = kvq.size(1);
    size = row / 3 / heads;
    check_flat(kvq, batch * length * 3 * heads * size);
  }

  Head head(const float* kvq, int64_t index) const {
    const float* base = kvq + index / heads * length * row + index % heads * size;
    return {length, size, row, window, base, base + heads * size, base + 2 * heads * size};
  }

  // Where head `index` begins in a [batch * length, heads * size] tensor.
  int64_t joined(int64_t index) const { return index / heads * length * heads * size + index % heads * size; }
};

// kvq [B*T, 3*heads*d] to what each position sees [B*T, heads*d], and the log-sum-exp of its scores [B*heads, T].
std::tuple<at::Tensor, at::Tensor> attention(const at::Tensor& kvq, int64_t batch, int64_t heads, int64_t window) {
  AttentionShape shape(kvq, batch, heads, window);
  int64_t width = heads * shape.size;
  at::Tensor out = at::empty({batch * shape.length, width}, kvq.options());
  at::Tensor lse = at::empty({batch * heads, shape.length}, kvq.options());
  const float* from = kvq.data_ptr<float>();
  float *to = out.data_ptr<float>(), *sums = lse.data_ptr<float>();
  at::parallel_for(0, batch * heads, 1, [&](int64_t begin, int64_t end) {
    std::vector<float> p(Head::kBlock * shape.length);
    for (int64_t index = begin; index < end; index++) {
      Head head = shape.head(from, index);
      for (int64_t first = 0; first < shape.length; first += Head::kBlock) {
        int64_t rows = std::min(Head::kBlock, shape.length - first), keys = head.scores(first, rows, p.data());
        int64_t base = head.first_key(first);
        for (int64_t i = 0; i < rows; i++) {
          sums[index * shape.length + first + i] =
              softmax_row(p.data() + i * keys, head.first_key(first + i) - base, first + i + 1 - base, keys);
        }
        multiply(rows, shape.size, keys, {p.data(), keys, false}, {head.v + base * head.row, head.row, false}, 0,
                 to + shape.joined(index) + first * width, width);
      }
    }
  });
  return {out, lse};
}

// The gradient of kvq, given that of attention's first result.
at::Tensor attention_backward(const at::Tensor& dout, const at::Tensor& kvq, const at::Tensor& out, const at::Tensor& lse, int64_t batch,
                              int64_t heads, int64_t window) {
  AttentionShape shape(kvq, batch, heads, window);
  int64_t width = heads * shape.size;
  check_flat(dout, batch * shape.length * width), check_flat(out, batch * shape.length * width);
  check_flat(lse, batch * heads * shape.length);
  at::Tensor grad = at::zeros(kvq.sizes(), kvq.options());
  const float *from = kvq.data_ptr<float>(), *sums = lse.data_ptr<float>();
  const float *seen = out.data_ptr<float>(), *dseen = dout.data_ptr<float>();
  float* to = grad.data_ptr<float>();
  at::parallel_for(0, batch * heads, 1, [&](int64_t begin, int64_t end) {
    std::vector<float> p(Head::kBlock * shape.length), dp(Head::kBlock * shape.length);
    for (int64_t index = begin; index < end; index++) {
      Head head = shape.head(from, index);
      float *dk = to + (head.k - from), *dv = to + (head.v - from), *dq = to + (head.q - from);
      const float *o = seen + shape.joined(index), *d = dseen + shape.joined(index);
      for (int64_t first = 0; first < shape.length; first += Head::kBlock) {
        int64_t rows = std::min(Head::kBlock, shape.length - first), keys = head.scores(first, rows, p.data());
        int64_t base = head.first_key(first);
        Matrix keys_of{head.k + base * head.row, head.row, false}, values{head.v + base * head.row, head.row, true};
        Matrix dblock{d + first * width, width, false};
        multiply(rows, keys, shape.size, dblock, values, 0, dp.data(), keys);
        for (int64_t i = 0; i < rows; i++) {
          int64_t t = first + i;
          softmax_row_backward(p.data() + i * keys, dp.data() + i * keys, head.first_key(t) - base, t + 1 - base, keys,
                               sums[index * shape.length + t], dot(o + t * width, d + t * width, shape.size));
        }
        multiply(rows, shape.size, keys, {dp.data(), keys, false}, keys_of, 0, dq + first * head.row, head.row);
        multiply(keys, shape.size, rows, {dp.data(), keys, true}, {head.q + first * head.row, head.row, false}, 1,
                 dk + base * head.row, head.row);
        multiply(keys, shape.size, rows, {p.data(), keys, true}, dblock, 1, dv + base * head.row, head.row);
      }
    }
  });
  return grad;
}

}  // namespace

TORCH_LIBRARY(dataforge, m) {
  m.def(
      "adamw_(Tensor(a!) p, Tensor g, Tensor(b!) m, Tensor(c!) v, float lr, float beta1, float beta2, float eps, float decay, "
      "float scale, int step) -> ()",
      &adamw_);
  m.def("cross_entropy_(Tensor(a!) logits, Tensor targets, float scale) -> float", &cross_entropy_);
  m.def("attention(Tensor kvq, int batch, int heads, int window) -> (Tensor, Tensor)", &attention);
  m.def(
      "attention_backward(Tensor dout, Tensor kvq, Tensor out, Tensor lse, int batch, int heads, int window) -> Tensor",
      &attention_backward);
  m.def("embedding_backward_(Tensor(a!) grad, Tensor ids, Tensor dy) -> ()", &embedding_backward_);
  m.def("sum_of_squares(Tensor x) -> float", &sum_of_squares);
}
