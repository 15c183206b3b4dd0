// What backends compute on: opaque buffers, and views that say which floats of them are meant.
#pragma once

#include <cstddef>
#include <memory>

namespace headlight {

/// Memory of a backend, counted in F32 elements. Only its backend knows what is inside.
class Buffer {
public:
    virtual ~Buffer() = default;
    [[nodiscard]] virtual std::size_t size() const = 0;

protected:
    Buffer() = default;
    Buffer(const Buffer&) = default;
    Buffer& operator=(const Buffer&) = default;
};
using BufferPtr = std::shared_ptr<Buffer>;

/// A row-major matrix inside a buffer: element (r, c) is at offset + r * row_stride + c.
struct MatrixView {
    BufferPtr buffer;
    std::size_t offset = 0;
    std::size_t rows = 0;
    std::size_t columns = 0;
    std::size_t row_stride = 0;

    [[nodiscard]] bool empty() const { return rows == 0 || columns == 0; }
    [[nodiscard]] MatrixView rowsFrom(std::size_t first, std::size_t count) const {
        return {buffer, offset + first * row_stride, count, columns, row_stride};
    }
    [[nodiscard]] MatrixView columnsFrom(std::size_t first, std::size_t count) const {
        return {buffer, offset + first, rows, count, row_stride};
    }
};

/// Query, key or value rows of all heads: [n_tokens, n_heads, head_dim], where element (token, head, d) is at
/// offset + token * token_stride + head * head_stride + d. A fused projection is viewed in place, without copying.
struct HeadsView {
    BufferPtr buffer;
    std::size_t offset = 0;
    std::size_t n_tokens = 0;
    std::size_t n_heads = 0;
    std::size_t head_dim = 0;
    std::size_t token_stride = 0;
    std::size_t head_stride = 0;
};

} // namespace headlight
