// A C ABI over libtorch's dispatcher, for the managed side in Pretrain/Torch.
//
// One entry point, dft_op_call, reaches every operator of every libtorch: the operator is looked up by name once, its arguments
// travel as tagged values, and the dispatcher calls it boxed, so no C++ is written per operator. cpu_operators.cpp and
// cpu_attention.cpp add the few that a CPU lacks to the same dispatcher; autograd.cpp has the backward passes.
//
// No C++ exception crosses the ABI: a failing function answers -1 (or null) and leaves its text in dft_last_error, per thread.
// A tensor handle is a TensorImpl* that owns one reference; dft_live_tensors counts the handles given out and not yet released.
// Compiles against libtorch 1.13 and 2.x.

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>
#include <torch/version.h>

#include <atomic>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "shim.h"

thread_local std::string dft_error_text;

namespace {

constexpr int32_t kAbiVersion = 4;

enum Tag : int64_t {
  kNone = 0,          // None, or an absent optional
  kTensor = 1,        // payload: TensorImpl*; null is the undefined tensor
  kInt = 2,           // also dtype, layout, memory format, and an integer Scalar
  kDouble = 3,        // also a floating Scalar
  kBool = 4,
  kString = 5,        // payload: UTF-8, length bytes
  kIntList = 6,       // payload: int64_t*, length elements
  kDoubleList = 7,    // payload: double*
  kBoolList = 8,      // payload: uint8_t*
  kTensorList = 9,    // payload: TensorImpl**
  kOptionalTensors = 10,  // payload: TensorImpl**, null entries are None
  kDevice = 11,       // payload: device type << 16 | index (0xFFFF: the current one)
  kDefault = 12,      // the schema's default for this argument
};

struct Value {
  int64_t tag;
  union {
    int64_t i;
    double d;
    void* p;
  };
  int64_t length;
};
static_assert(sizeof(Value) == 24, "the managed side lays out the same 24 bytes");

std::atomic<int64_t> live_tensors{0};

c10::IValue to_ivalue(const Value& value, const c10::OperatorHandle& op, size_t index) {
  switch (value.tag) {
    case kNone:
      return c10::IValue();
    case kTensor:
      return c10::IValue(borrow(value.p));
    case kInt:
      return c10::IValue(value.i);
    case kDouble:
      return c10::IValue(value.d);
    case kBool:
      return c10::IValue(value.i != 0);
    case kString:
      return c10::IValue(std::string(static_cast<const char*>(value.p), value.length));
    case kIntList:
      return c10::IValue(at::IntArrayRef(static_cast<const int64_t*>(value.p), value.length));
    case kDoubleList:
      return c10::IValue(at::ArrayRef<double>(static_cast<const double*>(value.p), value.length));
    case kBoolList: {
      c10::List<bool> list;
      for (int64_t i = 0; i < value.length; i++) list.push_back(static_cast<const uint8_t*>(value.p)[i] != 0);
      return c10::IValue(std::move(list));
    }
    case kTensorList: {
      c10::List<at::Tensor> list;
      list.reserve(value.length);
      for (int64_t i = 0; i < value.length; i++) list.push_back(borrow(static_cast<void**>(value.p)[i]));
      return c10::IValue(std::move(list));
    }
    case kOptionalTensors: {
      c10::impl::GenericList list(c10::OptionalType::create(c10::TensorType::get()));
      for (int64_t i = 0; i < value.length; i++) {
        void* handle = static_cast<void**>(value.p)[i];
        list.push_back(handle == nullptr ? c10::IValue() : c10::IValue(borrow(handle)));
      }
      return c10::IValue(std::move(list));
    }
    case kDevice: {
      auto id = static_cast<c10::DeviceIndex>((value.i & 0xFFFF) == 0xFFFF ? -1 : value.i & 0xFFFF);
      return c10::IValue(c10::Device(static_cast<c10::DeviceType>(value.i >> 16), id));
    }
    case kDefault: {
      const auto& fallback = op.schema().arguments().at(index).default_value();
      TORCH_CHECK(fallback.has_value(), "argument ", index, " of ", op.schema().name(), " has no default");
      return *fallback;
    }
    default:
      TORCH_CHECK(false, "unknown value tag ", value.tag);
  }
}

void put_result(Value* results, int32_t capacity, int32_t& count, const c10::IValue& value, const c10::OperatorHandle& op) {
  if (value.isTensorList()) {
    for (const at::Tensor& tensor : value.toTensorVector()) put_result(results, capacity, count, c10::IValue(tensor), op);
    return;
  }
  TORCH_CHECK(count < capacity, op.schema().name(), " gives more than ", capacity, " results");
  Value& slot = results[count];
  slot = Value{kNone, {0}, 0};
  if (value.isTensor()) {
    slot.tag = kTensor;
    slot.p = give(value.toTensor());
  } else if (value.isInt()) {
    slot.tag = kInt;
    slot.i = value.toInt();
  } else if (value.isDouble()) {
    slot.tag = kDouble;
    slot.d = value.toDouble();
  } else if (value.isBool()) {
    slot.tag = kBool;
    slot.i = value.toBool();
  } else {
    TORCH_CHECK(value.isNone(), op.schema().name(), " gives a ", value.tagKind(), ", which this ABI does not carry");
  }
  count++;
}

void release_results(Value* results, int32_t count);

}  // namespace

void* give(at::Tensor tensor) {
  if (!tensor.defined()) return nullptr;
  live_tensors.fetch_add(1, std::memory_order_relaxed);
  return tensor.unsafeReleaseTensorImpl();
}

DFT_EXPORT int32_t dft_abi_version() { return kAbiVersion; }
DFT_EXPORT const char* dft_libtorch_version() { return TORCH_VERSION; }
DFT_EXPORT const char* dft_last_error() { return dft_error_text.c_str(); }

// ---- tensors -------------------------------------------------------------------------------------------------------------------

DFT_EXPORT void dft_release(void* handle) {
  if (handle == nullptr) return;
  live_tensors.fetch_sub(1, std::memory_order_relaxed);
  c10::intrusive_ptr<c10::TensorImpl>::reclaim(static_cast<c10::TensorImpl*>(handle));
}

DFT_EXPORT void* dft_retain(void* handle) { return give(borrow(handle)); }
DFT_EXPORT int64_t dft_live_tensors() { return live_tensors.load(std::memory_order_relaxed); }

DFT_EXPORT void* dft_data_ptr(void* handle) {
  return guarded([&]() -> void* { return borrow(handle).data_ptr(); }, static_cast<void*>(nullptr));
}

// info: dtype, device type, device index, element size, number of elements, contiguous, requires_grad, dimensions, then the sizes
// and the strides of at most 8 dimensions each.
DFT_EXPORT int32_t dft_describe(void* handle, int64_t* info) {
  return guarded([&]() -> int32_t {
    at::Tensor t = borrow(handle);
    TORCH_CHECK(t.defined() && t.dim() <= 8, "an undefined tensor, or one of more than 8 dimensions");
    info[0] = static_cast<int64_t>(t.scalar_type());
    info[1] = static_cast<int64_t>(t.device().type());
    info[2] = t.device().index();
    info[3] = static_cast<int64_t>(t.element_size());
    info[4] = t.numel();
    info[5] = t.is_contiguous();
    info[6] = t.requires_grad();
    info[7] = t.dim();
    for (int64_t i = 0; i < t.dim(); i++) {
      info[8 + i] = t.size(i);
      info[16 + i] = t.stride(i);
    }
    return 0;
  }, -1);
}

// ---- operators -----------------------------------------------------------------------------------------------------------------

// The operator, for the rest of the process; null where this libtorch has none of that name.
DFT_EXPORT void* dft_op_find(const char* name, const char* overload) {
  return guarded([&]() -> void* {
    auto op = c10::Dispatcher::singleton().findSchema({name, overload});
    TORCH_CHECK(op.has_value(), "libtorch ", TORCH_VERSION, " has no operator ", name, overload[0] ? "." : "", overload);
    return new c10::OperatorHandle(*op);
  }, static_cast<void*>(nullptr));
}

// 1 where the operator has a kernel of its own for the device type (0: CPU, 1: CUDA).
DFT_EXPORT int32_t dft_op_has_kernel(void* op, int32_t device_type) {
  return static_cast<c10::OperatorHandle*>(op)->hasKernelForDispatchKey(
      device_type == 0 ? c10::DispatchKey::CPU : c10::DispatchKey::CUDA);
}

// 1 where a call on such a device would find a kernel, be it one put together from other operators.
DFT_EXPORT int32_t dft_op_runs_on(void* op, int32_t device_type) {
  return static_cast<c10::OperatorHandle*>(op)->hasComputedKernelForDispatchKey(
      device_type == 0 ? c10::DispatchKey::CPU : c10::DispatchKey::CUDA);
}

// The operator's schema as text, until this thread asks for the next one.
DFT_EXPORT const char* dft_op_schema(void* op) {
  thread_local std::string text;
  return guarded([&]() -> const char* {
    std::ostringstream out;
    out << static_cast<c10::OperatorHandle*>(op)->schema();
    text = out.str();
    return text.c_str();
  }, static_cast<const char*>(nullptr));
}

// Calls the operator; arguments left out at the end take the schema's defaults. Answers the number of results, lists laid flat.
DFT_EXPORT int32_t dft_op_call(void* handle, const Value* args, int32_t count, Value* results, int32_t capacity) {
  // The stack is kept per thread so that a call takes no memory; an operator that calls back in finds it moved out, and empty.
  thread_local std::vector<c10::IValue> kept;
  return guarded([&]() -> int32_t {
    const auto& op = *static_cast<c10::OperatorHandle*>(handle);
    std::vector<c10::IValue> stack = std::move(kept);
    stack.clear();
    size_t wanted = op.schema().arguments().size();
    TORCH_CHECK(static_cast<size_t>(count) <= wanted, op.schema().name(), " takes ", wanted, " arguments, not ", count);
    for (int32_t i = 0; i < count; i++) stack.push_back(to_ivalue(args[i], op, i));
    for (size_t i = count; i < wanted; i++) stack.push_back(to_ivalue(Value{kDefault, {0}, 0}, op, i));
    op.callBoxed(&stack);
    int32_t given = 0;
    try {
      for (const c10::IValue& value : stack) put_result(results, capacity, given, value, op);
    } catch (...) {
      release_results(results, given);
      throw;
    }
    stack.clear();
    kept = std::move(stack);
    return given;
  }, -1);
}

namespace {
void release_results(Value* results, int32_t count) {
  for (int32_t i = 0; i < count; i++) {
    if (results[i].tag == kTensor) dft_release(results[i].p);
  }
}
}  // namespace

// ---- the process ---------------------------------------------------------------------------------------------------------------

DFT_EXPORT int32_t dft_manual_seed(uint64_t seed) {
  return guarded([&]() -> int32_t { at::manual_seed(seed); return 0; }, -1);
}

DFT_EXPORT int32_t dft_set_threads(int32_t threads) {
  return guarded([&]() -> int32_t { at::set_num_threads(threads); return 0; }, -1);
}

DFT_EXPORT int32_t dft_get_threads() { return at::get_num_threads(); }

// Freed blocks stay with the process: see torch.KeepFreedMemory.
DFT_EXPORT void dft_keep_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the most that glibc takes; setting the others freezes it where it stands, at 128 KB
  mallopt(M_TRIM_THRESHOLD, INT32_MAX);
  mallopt(M_TOP_PAD, 64 << 20);
#endif
}

DFT_EXPORT int32_t dft_has_cuda() { return guarded([]() -> int32_t { return at::globalContext().hasCUDA(); }, 0); }
