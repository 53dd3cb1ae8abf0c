#pragma once
// What the CPU operators share: vector clones of a function, a check of a tensor's form, and reductions in a fixed order. The functions
// are inline, so each operator's file compiles them for the processor it runs on.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <cstring>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define DFT_CLONES __attribute__((target_clones("avx512f", "avx2,fma", "default")))
#else
#define DFT_CLONES
#endif

namespace {

inline void check_flat(const at::Tensor& t, int64_t count, at::ScalarType type = at::kFloat) {
  TORCH_CHECK(t.device().is_cpu() && t.scalar_type() == type && t.is_contiguous() && t.numel() == count, "a contiguous ",
              type == at::kFloat ? "float32" : "bfloat16", " CPU tensor of ", count, " elements is needed");
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

}  // namespace
