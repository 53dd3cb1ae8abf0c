// What the shim's sources share: exceptions end at the ABI, and tensor handles are borrowed.

#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

#include <cstdint>
#include <exception>
#include <string>
#include <vector>

#define DFT_EXPORT extern "C" __attribute__((visibility("default")))

extern thread_local std::string dft_error_text;

template <class F>
auto guarded(F&& body, decltype(body()) failure) -> decltype(body()) {
  try {
    return body();
  } catch (const c10::Error& e) {
    dft_error_text = e.what_without_backtrace();
  } catch (const std::exception& e) {
    dft_error_text = e.what();
  } catch (...) {
    dft_error_text = "unknown C++ exception";
  }
  return failure;
}

inline at::Tensor borrow(void* handle) {
  if (handle == nullptr) return at::Tensor();
  auto* impl = static_cast<c10::TensorImpl*>(handle);
  c10::raw::intrusive_ptr::incref(impl);
  return at::Tensor(c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim(impl));
}

inline std::vector<at::Tensor> borrow_all(void* const* handles, int64_t count) {
  std::vector<at::Tensor> tensors;
  tensors.reserve(count);
  for (int64_t i = 0; i < count; i++) tensors.push_back(borrow(handles[i]));
  return tensors;
}

// A handle that owns one reference; null for the undefined tensor. Counted until it is released.
__attribute__((visibility("hidden"))) void* give(at::Tensor tensor);
