balancer_test(controller/adapters/http/tst_http_server LABEL contract LIBRARIES Balancer::HttpServer Qt6::Network)
balancer_test(controller/adapters/http/tst_http_server_life LABEL contract LIBRARIES Balancer::HttpServer Qt6::Network)
balancer_test(controller/adapters/http/tst_http_server_limits LABEL contract LIBRARIES Balancer::HttpServer Qt6::Network)
balancer_test(controller/adapters/http/tst_http_client LABEL contract LIBRARIES Balancer::HttpClient Balancer::HttpServer)
balancer_test(controller/adapters/http/tst_http_client_streams LABEL contract
    LIBRARIES Balancer::HttpClient Balancer::HttpServer)
balancer_test(controller/adapters/http/tst_http_text LABEL unit LIBRARIES Balancer::HttpServer)
balancer_test(controller/adapters/http/tst_answer_parser LABEL unit LIBRARIES Balancer::HttpClient)
balancer_test(controller/adapters/http/tst_http_streams LABEL contract
    LIBRARIES Balancer::HttpClient Balancer::HttpServer Qt6::Network)
balancer_test(controller/adapters/http/tst_http_tls LABEL contract
    LIBRARIES Balancer::HttpClient Balancer::HttpServer Qt6::Network)
