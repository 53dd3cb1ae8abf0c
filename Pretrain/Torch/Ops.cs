namespace DataForge.Pretrain.Torch;

/// <summary>
/// The operators used, each looked up once. Names and overloads are PyTorch's (native_functions.yaml); those of <c>dataforge::</c> are in
/// <c>native/cpu_operators.cpp</c>, <c>cpu_attention.cpp</c> and <c>cpu_bfloat16.cpp</c>.
/// </summary>
internal static class Ops
{
    internal static readonly Op Empty = new("aten::empty", "memory_format");
    internal static readonly Op Zeros = new("aten::zeros");
    internal static readonly Op Full = new("aten::full");
    internal static readonly Op Arange = new("aten::arange", "start_step");
    internal static readonly Op To = new("aten::_to_copy");
    internal static readonly Op Copy = new("aten::copy_");
    internal static readonly Op Clone = new("aten::clone");
    internal static readonly Op Detach = new("aten::detach");
    internal static readonly Op Contiguous = new("aten::contiguous");
    internal static readonly Op Item = new("aten::item");

    internal static readonly Op View = new("aten::view");
    internal static readonly Op Reshape = new("aten::reshape");
    internal static readonly Op Narrow = new("aten::narrow");
    internal static readonly Op Select = new("aten::select", "int");
    internal static readonly Op Transpose = new("aten::transpose", "int");
    internal static readonly Op Permute = new("aten::permute");
    internal static readonly Op T = new("aten::t");

    internal static readonly Op Add = new("aten::add", "Tensor");
    internal static readonly Op AddInPlace = new("aten::add_", "Tensor");
    internal static readonly Op Sub = new("aten::sub", "Tensor");
    internal static readonly Op SubInPlace = new("aten::sub_", "Tensor");
    internal static readonly Op Mul = new("aten::mul", "Tensor");
    internal static readonly Op MulScalar = new("aten::mul", "Scalar");
    internal static readonly Op MulInPlace = new("aten::mul_", "Tensor");
    internal static readonly Op MulScalarInPlace = new("aten::mul_", "Scalar");
    internal static readonly Op Div = new("aten::div", "Tensor");
    internal static readonly Op ExpInPlace = new("aten::exp_");
    internal static readonly Op ZeroInPlace = new("aten::zero_");
    internal static readonly Op FillInPlace = new("aten::fill_", "Scalar");
    internal static readonly Op Sum = new("aten::sum");
    internal static readonly Op SumDims = new("aten::sum", "dim_IntList");
    internal static readonly Op SumOut = new("aten::sum", "IntList_out");
    internal static readonly Op Norm = new("aten::linalg_vector_norm");

    internal static readonly Op Matmul = new("aten::matmul");
    internal static readonly Op Mm = new("aten::mm");
    internal static readonly Op MmOut = new("aten::mm", "out");
    internal static readonly Op Addmm = new("aten::addmm");
    internal static readonly Op AddmmInPlace = new("aten::addmm_");
    internal static readonly Op Bmm = new("aten::bmm");
    internal static readonly Op BmmOut = new("aten::bmm", "out");
    internal static readonly Op BaddbmmInPlace = new("aten::baddbmm_");

    internal static readonly Op Softmax = new("aten::_softmax");
    internal static readonly Op SoftmaxBackward = new("aten::_softmax_backward_data");
    internal static readonly Op LogSumExp = new("aten::logsumexp");
    internal static readonly Op CrossEntropy = new("aten::cross_entropy_loss");
    internal static readonly Op Ge = new("aten::ge", "Scalar");
    internal static readonly Op Clamp = new("aten::clamp");
    internal static readonly Op Gather = new("aten::gather");
    internal static readonly Op ScatterAddInPlace = new("aten::scatter_add_");
    internal static readonly Op Gelu = new("aten::gelu");
    internal static readonly Op GeluBackward = new("aten::gelu_backward");
    internal static readonly Op LayerNorm = new("aten::native_layer_norm");
    internal static readonly Op LayerNormBackward = new("aten::native_layer_norm_backward");
    internal static readonly Op Embedding = new("aten::embedding");
    internal static readonly Op IndexAddInPlace = new("aten::index_add_");
    internal static readonly Op Triu = new("aten::triu");
    internal static readonly Op Tril = new("aten::tril");
    internal static readonly Op SqrtInPlace = new("aten::sqrt_");
    internal static readonly Op AddcmulInPlace = new("aten::addcmul_");
    internal static readonly Op AddcdivInPlace = new("aten::addcdiv_");
    internal static readonly Op AddScalarInPlace = new("aten::add_", "Scalar");

    internal static readonly Op ClampMin = new("aten::clamp_min");
    internal static readonly Op RsubScalar = new("aten::rsub", "Scalar");
    internal static readonly Op LeTensor = new("aten::le", "Tensor");
    internal static readonly Op IsFinite = new("aten::isfinite");
    internal static readonly Op All = new("aten::all");
    internal static readonly Op FusedAdamWOnDevice = new("aten::_fused_adamw_", "tensor_lr");
    internal static readonly Op FlashAttention = new("aten::_flash_attention_forward");
    internal static readonly Op FlashAttentionBackward = new("aten::_flash_attention_backward");

    internal static readonly Op FusedAdamW = new("dataforge::adamw_");
    internal static readonly Op Attention = new("dataforge::attention");
    internal static readonly Op AttentionBackward = new("dataforge::attention_backward");
    internal static readonly Op CrossEntropyInPlace = new("dataforge::cross_entropy_");
    internal static readonly Op EmbeddingBackward = new("dataforge::embedding_backward_");
    internal static readonly Op GeluBFloat16 = new("dataforge::gelu_bfloat16");
    internal static readonly Op GeluBFloat16Backward = new("dataforge::gelu_bfloat16_backward");
    internal static readonly Op SumOfSquares = new("dataforge::sum_of_squares");
}
