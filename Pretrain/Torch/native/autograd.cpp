// The part of the C ABI that computes gradients: libtorch's autograd.

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>

#include <cstdint>
#include <vector>

#include "shim.h"

DFT_EXPORT int32_t dft_grad_mode(int32_t enabled) {
  int32_t before = c10::GradMode::is_enabled();
  c10::GradMode::set_enabled(enabled != 0);
  return before;
}

DFT_EXPORT int32_t dft_set_requires_grad(void* handle, int32_t enabled) {
  return guarded([&]() -> int32_t { borrow(handle).set_requires_grad(enabled != 0); return 0; }, -1);
}

// The accumulated gradient of a leaf; null in `gradient` where there is none yet.
DFT_EXPORT int32_t dft_gradient(void* handle, void** gradient) {
  return guarded([&]() -> int32_t { *gradient = give(borrow(handle).grad()); return 0; }, -1);
}

DFT_EXPORT int32_t dft_set_gradient(void* handle, void* gradient) {
  return guarded([&]() -> int32_t { borrow(handle).mutable_grad() = borrow(gradient); return 0; }, -1);
}

// torch.autograd.backward: gradients may be null (all ones for scalars), or hold null entries.
DFT_EXPORT int32_t dft_backward(void* const* outputs, void* const* gradients, int32_t count, int32_t retain_graph) {
  return guarded([&]() -> int32_t {
    torch::autograd::backward(borrow_all(outputs, count),
                              gradients == nullptr ? torch::autograd::variable_list{} : borrow_all(gradients, count),
                              retain_graph != 0);
    return 0;
  }, -1);
}

// torch.autograd.grad: d outputs / d inputs, one result per input (null where an input took no part).
DFT_EXPORT int32_t dft_autograd_grad(void* const* outputs, int32_t output_count, void* const* inputs, int32_t input_count,
                                     void* const* gradients, int32_t retain_graph, void** results) {
  return guarded([&]() -> int32_t {
    auto found = torch::autograd::grad(borrow_all(outputs, output_count), borrow_all(inputs, input_count),
                                       gradients == nullptr ? torch::autograd::variable_list{} : borrow_all(gradients, output_count),
                                       retain_graph != 0, /*create_graph=*/false, /*allow_unused=*/true);
    for (int32_t i = 0; i < input_count; i++) results[i] = give(found[i]);
    return 0;
  }, -1);
}
