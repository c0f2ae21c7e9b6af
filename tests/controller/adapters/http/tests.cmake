balancer_test(controller/adapters/http/tst_http_server LABEL contract LIBRARIES Balancer::HttpServer Qt6::Network)
balancer_test(controller/adapters/http/tst_unix_http_client LABEL contract LIBRARIES Balancer::HttpServer)
balancer_test(controller/adapters/http/tst_http_text LABEL unit LIBRARIES Balancer::HttpServer)
