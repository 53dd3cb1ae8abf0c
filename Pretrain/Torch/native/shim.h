// What the shim's sources share: exceptions end at the ABI, and tensor handles are borrowed.

#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

#include <cstdint>
#include <exception>
#include <string>

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
