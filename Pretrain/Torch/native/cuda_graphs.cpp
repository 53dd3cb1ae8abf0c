// CUDA graphs and copies beside the computation, for the managed side's CudaGraphs and CopyStream. Without DFT_CUDA the functions are
// there and say that they cannot.
//
// A graph is captured on a stream of its own, into a memory pool that all graphs of the process share: nothing in the pool is needed
// between two replays, so they may follow each other in any order. See https://pytorch.org/docs/stable/notes/cuda.html#cuda-graphs
// Compiles against libtorch 2.1 and newer.

#include <cstdint>

#include "shim.h"

// Whether the rest was compiled in.
DFT_EXPORT int32_t dft_cuda_compiled() {
#ifdef DFT_CUDA
  return 1;
#else
  return 0;
#endif
}

#ifdef DFT_CUDA
#include <ATen/cuda/CUDAEvent.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include <memory>
#include <optional>

namespace {

using c10::cuda::CUDAStream;

struct Captured {
  at::cuda::CUDAGraph graph;
  c10::DeviceIndex device;
};

auto& pool() {
  static auto id = at::cuda::graph_pool_handle();
  return id;
}

// The streams that capture and that copy; a process trains on one device.
CUDAStream& capturing() {
  static CUDAStream stream = c10::cuda::getStreamFromPool();
  return stream;
}

CUDAStream& copying() {
  static CUDAStream stream = c10::cuda::getStreamFromPool();
  return stream;
}

void order(const CUDAStream& first, const CUDAStream& then) {
  at::cuda::CUDAEvent event;
  event.record(first);
  event.block(then);
}

thread_local std::optional<CUDAStream> before;

}  // namespace

// Chooses the device that this thread's streams belong to; -1 keeps it.
DFT_EXPORT int32_t dft_cuda_device(int32_t index) {
  return guarded([&]() -> int32_t {
    if (index >= 0) c10::cuda::set_device(static_cast<c10::DeviceIndex>(index));
    return 0;
  }, -1);
}

// From here on this thread's work goes to the capturing stream (enter = 1), or back to where it went before; each waits for the other.
DFT_EXPORT int32_t dft_graph_aside(int32_t enter) {
  return guarded([&]() -> int32_t {
    if (enter != 0) {
      TORCH_CHECK(!before.has_value(), "this thread's work goes aside already");
      before = c10::cuda::getCurrentCUDAStream();
      order(*before, capturing());
      c10::cuda::setCurrentCUDAStream(capturing());
    } else if (before.has_value()) {
      CUDAStream back = *before;
      before.reset();
      c10::cuda::setCurrentCUDAStream(back);
      order(capturing(), back);
    }
    return 0;
  }, -1);
}

// Begins to capture this thread's work, which has gone aside; nothing runs until it is replayed.
DFT_EXPORT int32_t dft_graph_begin(void** graph) {
  return guarded([&]() -> int32_t {
    TORCH_CHECK(before.has_value(), "a graph is captured aside");
    c10::cuda::device_synchronize();
    c10::cuda::CUDACachingAllocator::emptyCache();
    auto captured = std::make_unique<Captured>();
    captured->device = c10::cuda::current_device();
    // Other threads may go on: the next batch is being copied.
    captured->graph.capture_begin(pool(), cudaStreamCaptureModeThreadLocal);
    *graph = captured.release();
    return 0;
  }, -1);
}

DFT_EXPORT int32_t dft_graph_end(void* graph) {
  return guarded([&]() -> int32_t { static_cast<Captured*>(graph)->graph.capture_end(); return 0; }, -1);
}

// Leaves a capture that failed, so that work runs again. The object stays: libtorch's allocators may hold on to it.
DFT_EXPORT void dft_graph_abandon(void* graph) {
  auto* captured = static_cast<Captured*>(graph);
  dft_graph_end(captured);  // ends the capture on the stream; that it fails is known
  guarded([&]() -> int32_t { c10::cuda::CUDACachingAllocator::endAllocateToPool(captured->device, pool()); return 0; }, -1);
  (void)cudaGetLastError();  // the failure was told; the next call must not find it
}

DFT_EXPORT int32_t dft_graph_replay(void* graph) {
  return guarded([&]() -> int32_t { static_cast<Captured*>(graph)->graph.replay(); return 0; }, -1);
}

DFT_EXPORT void dft_graph_release(void* graph) {
  guarded([&]() -> int32_t { c10::cuda::device_synchronize(); delete static_cast<Captured*>(graph); return 0; }, -1);
}

// Begins to copy on the copying stream, which does not wait for the computation: what lies in `target` must be done with.
DFT_EXPORT int32_t dft_copy_begin(void* target, void* source) {
  return guarded([&]() -> int32_t {
    c10::cuda::CUDAStreamGuard guard(copying());
    borrow(target).copy_(borrow(source), /*non_blocking=*/true);
    return 0;
  }, -1);
}

// A mark behind the copies begun so far; the computation begun after dft_copy_await runs after them.
DFT_EXPORT int32_t dft_copy_mark(void** mark) {
  return guarded([&]() -> int32_t {
    auto event = std::make_unique<at::cuda::CUDAEvent>();
    event->record(copying());
    *mark = event.release();
    return 0;
  }, -1);
}

DFT_EXPORT int32_t dft_copy_await(void* mark) {
  return guarded([&]() -> int32_t {
    std::unique_ptr<at::cuda::CUDAEvent> event(static_cast<at::cuda::CUDAEvent*>(mark));
    event->block(c10::cuda::getCurrentCUDAStream());
    return 0;
  }, -1);
}

#else

namespace {
int32_t without() {
  return guarded([]() -> int32_t { TORCH_CHECK(false, "it was compiled without CUDA"); }, -1);
}
}  // namespace

DFT_EXPORT int32_t dft_cuda_device(int32_t) { return without(); }
DFT_EXPORT int32_t dft_graph_aside(int32_t) { return without(); }
DFT_EXPORT int32_t dft_graph_begin(void**) { return without(); }
DFT_EXPORT int32_t dft_graph_end(void*) { return without(); }
DFT_EXPORT void dft_graph_abandon(void*) {}
DFT_EXPORT int32_t dft_graph_replay(void*) { return without(); }
DFT_EXPORT void dft_graph_release(void*) {}
DFT_EXPORT int32_t dft_copy_begin(void*, void*) { return without(); }
DFT_EXPORT int32_t dft_copy_mark(void**) { return without(); }
DFT_EXPORT int32_t dft_copy_await(void*) { return without(); }

#endif
