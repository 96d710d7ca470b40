# The laptop's system in a container, for compose.yml. What is deployed to AWS is built elsewhere.
FROM node:24.21.0-bookworm-slim
WORKDIR /app
COPY . .
RUN npm run build
ENV LISTEN_HOST=0.0.0.0
EXPOSE 8080
CMD ["npm", "start"]
