// Causal attention on a CPU in float32, without a quadratic mask and without quadratic memory. It registers with the dispatcher under
// `dataforge::`, beside the operators of cpu_operators.cpp. Each head is computed by one thread, so every sum is taken in a fixed order.

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>
#include <torch/library.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <tuple>
#include <vector>

#include "cpu_math.h"

// The BLAS that libtorch itself uses; null where it keeps one to itself (pip's builds hold MKL inside).
extern "C" void sgemm_(const char* ta, const char* tb, const int* m, const int* n, const int* k, const float* alpha, const float* a,
                       const int* lda, const float* b, const int* ldb, const float* beta, float* c, const int* ldc)
    __attribute__((weak));

namespace {

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

TORCH_LIBRARY_FRAGMENT(dataforge, m) {
  m.def("attention(Tensor kvq, int batch, int heads, int window) -> (Tensor, Tensor)", &attention);
  m.def(
      "attention_backward(Tensor dout, Tensor kvq, Tensor out, Tensor lse, int batch, int heads, int window) -> Tensor",
      &attention_backward);
}
