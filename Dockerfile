# Runs on an NVIDIA GPU (CUDA 13, cuDNN 9: what onnxruntime-gpu 1.31 asks for) and, without one, on the CPU.
#   docker build -t courtside .
#   docker run --gpus all -p 8000:8000 -p 40000-40100:40000-40100/udp -v courtside:/data \
#     -e COURTSIDE_PUBLIC_IP=203.0.113.7 courtside
FROM nvidia/cuda:13.0.1-cudnn-runtime-ubuntu24.04

RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 python3-venv redis-server \
 && rm -rf /var/lib/apt/lists/*

WORKDIR /src
COPY requirements.lock pyproject.toml README.md LICENSE NOTICE ./
RUN python3 -m venv /opt/courtside \
 && /opt/courtside/bin/pip install --no-cache-dir --no-deps -r requirements.lock

COPY server server
COPY pipeline pipeline
COPY onnx_models onnx_models
COPY web_client web_client
RUN /opt/courtside/bin/pip install --no-cache-dir --no-deps . && rm -rf /src \
 && useradd --system --create-home courtside && install -d -o courtside /data

USER courtside
WORKDIR /data
ENV PATH=/opt/courtside/bin:$PATH COURTSIDE_DATA=/data COURTSIDE_HOST=0.0.0.0 \
    COURTSIDE_PORT=8000 COURTSIDE_UDP_PORTS=40000-40100
EXPOSE 8000 40000-40100/udp
VOLUME /data
CMD ["courtside", "serve"]
