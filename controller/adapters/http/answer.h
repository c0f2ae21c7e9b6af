#pragma once

#include "base/result.h"

#include <QtCore/QFuture>
#include <QtCore/QPromise>

#include <memory>
#include <utility>

namespace balancer::adapters::http {

/// The way back of one answer to whoever waits for it; copies are the same way. The first value counts; when the last
/// copy goes without one, the answer is Unavailable. Usable on any thread. Private to this folder.
template <typename T>
class Answer
{
public:
    QFuture<Result<T>> future() const { return m_way->promise.future(); }
    void give(Result<T> value) const { m_way->give(std::move(value)); }

private:
    struct Way
    {
        Way() { promise.start(); }
        ~Way() { give(fail(ErrorCode::Unavailable, "the connection was given up")); }
        Way(const Way &) = delete;
        Way &operator=(const Way &) = delete;

        void give(Result<T> value)
        {
            if (promise.future().isFinished())
                return;
            promise.addResult(std::move(value));
            promise.finish();
        }

        QPromise<Result<T>> promise;
    };

    std::shared_ptr<Way> m_way = std::make_shared<Way>();
};

} // namespace balancer::adapters::http
